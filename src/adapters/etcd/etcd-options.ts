/** The certificates of TLS, as PEM. */
export interface EtcdTls {
  /** Who signs the servers' certificates; the system's own list if absent. */
  readonly ca?: Buffer;
  /** What this client shows, where etcd asks for it. */
  readonly certificate?: Buffer;
  readonly key?: Buffer;
}

/** Which etcd, and how to reach it. */
export interface EtcdOptions {
  /** The members' client URLs, all `http://` or all `https://`. One is used at a time; the next when it fails. */
  readonly urls: readonly string[];
  readonly tls?: EtcdTls;
  /** For an etcd with authentication; the user must be allowed to read all keys. */
  readonly user?: { readonly name: string; readonly password: string };
  /** How long one call may take, in milliseconds; 5 s if absent. */
  readonly callMs?: number;
  /** etcd's `--max-txn-ops`; 128 if absent. */
  readonly maxTxnOps?: number;
  /** etcd's `--max-request-bytes`; 1.5 MiB if absent. */
  readonly maxRequestBytes?: number;
  /** etcd's `--quota-backend-bytes`; 2 GiB if absent. */
  readonly quotaBytes?: number;
}

/** How long one call may take unless configured, in milliseconds. */
export const CALL_MS = 5_000;

/** etcd's own limits unless it is told others. */
export const ETCD_LIMITS = { maxTxnOps: 128, maxRequestBytes: 1.5 * 1024 * 1024, quotaBytes: 2 * 1024 ** 3 } as const;

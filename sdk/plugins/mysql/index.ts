export { ServerConnection, SqlRow, readAddress } from './connection';
export type { ServerAddress } from './connection';
export { MySqlDownstream } from './downstream/mysql-downstream';
export type { MySqlDownstreamOptions } from './downstream/mysql-downstream';
export { ServerError, isConnectionLost } from './server-error';
export { MySqlUpstream } from './upstream/mysql-upstream';
export type { MySqlUpstreamOptions } from './upstream/mysql-upstream';
export type { UpstreamStart } from './upstream/start';

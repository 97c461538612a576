import { ErrorCatalogue } from '../../../core/model/error-catalogue';
import type { Failure } from '../../client/actions';

/**
 * An error in the form that dmctl's users, and their scripts, look for: DM's number where DM has the same error, else the
 * catalogue's code.
 */
export function dmctlMessage({ code, message, help }: Failure): string {
  const { dmCode } = ErrorCatalogue[code];
  const place = dmCode === null ? `code=${code}:class=lockstep` : `code=${dmCode}:class=dm-master`;
  return `[${place}:scope=internal:level=high], Message: ${message}, Workaround: ${help}`;
}

import type { CoordinatorService } from '../../src/coordinator/service';
import { VERSION } from '../../src/core/model/version';
import { CoordinatorState } from '../../src/core/state/coordinator-state';

/** A service that does what a test says, and has no state; anything else is a defect of the test. */
export function scriptedService(script: Partial<CoordinatorService>): CoordinatorService {
  const unscripted = (name: string) => (): never => {
    throw new Error(`not scripted: ${name}`);
  };
  return {
    state: new CoordinatorState({ operationsPerWrite: 128 }),
    get events(): never {
      return unscripted('events')();
    },
    server: { id: 'test', version: VERSION, storeKind: 'memory', role: 'coordinating' },
    nowMs: () => 0,
    registerWorker: unscripted('registerWorker'),
    renewWorker: unscripted('renewWorker'),
    leaveWorker: unscripted('leaveWorker'),
    putSourceTables: unscripted('putSourceTables'),
    addSourceTable: unscripted('addSourceTable'),
    removeSourceTable: unscripted('removeSourceTable'),
    reportInfo: unscripted('reportInfo'),
    reportSourceInfo: unscripted('reportSourceInfo'),
    acknowledgeOperation: unscripted('acknowledgeOperation'),
    failOperation: unscripted('failOperation'),
    extendOperation: unscripted('extendOperation'),
    reportStatus: unscripted('reportStatus'),
    pendingOperations: unscripted('pendingOperations'),
    operations: unscripted('operations'),
    storedAction: () => null,
    act: unscripted('act'),
    usage: null,
    readiness: () => ({ ready: true, reasons: [] }),
    ...script,
  };
}

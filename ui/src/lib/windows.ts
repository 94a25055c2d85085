// Further windows of the program.
import { engine } from './api/client';
import { toast } from './toast.svelte';

/** Opens another window at an address of the page; says so when it cannot. */
export const openWindow = (address: string): Promise<unknown> => engine.openWindow(address).catch((thrown) => toast.fail(thrown));

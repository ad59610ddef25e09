/** Folders that come with the package, wherever it is installed. */
import { join } from 'node:path';

export const templatesFolder = join(import.meta.dirname, '../templates');

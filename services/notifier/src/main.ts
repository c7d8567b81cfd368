import { serve } from '@sluice/runtime';
import { notifier } from './index.js';

await serve(notifier);

import { serve } from '@sluice/runtime';
import { gateway } from './index.js';

await serve(gateway);

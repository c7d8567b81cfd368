import { serve } from '@sluice/runtime';
import { tester } from './index.js';

await serve(tester);

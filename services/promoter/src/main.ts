import { serve } from '@sluice/runtime';
import { promoter } from './index.js';

await serve(promoter);

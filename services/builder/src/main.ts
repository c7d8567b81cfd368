import { serve } from '@sluice/runtime';
import { builder } from './index.js';

await serve(builder);

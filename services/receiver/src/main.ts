import { serve } from '@sluice/runtime';
import { receiver } from './index.js';

await serve(receiver);

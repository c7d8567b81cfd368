import { serve } from '@sluice/runtime';
import { conductor } from './index.js';

await serve(conductor);

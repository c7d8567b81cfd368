import { serve } from '@sluice/runtime';
import { deployer } from './index.js';

await serve(deployer);

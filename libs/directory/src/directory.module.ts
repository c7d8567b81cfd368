import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { Directory } from './directory.js';

@Global()
@Module({
  providers: [Directory, { provide: APP_GUARD, useClass: AccessGuard }],
  exports: [Directory],
})
export class DirectoryModule {}

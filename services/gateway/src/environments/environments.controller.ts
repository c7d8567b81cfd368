import { Body, Controller, Get, Param, Patch, Post } from '@nestjs/common';
import {
  NAME_RULES,
  ENVIRONMENT_NAME,
  PUBLISH_MODES,
  PURPOSES,
  type PublishMode,
  type Purpose,
} from '@sluice/contracts';
import { Allow, Who, type Principal } from '@sluice/directory';
import type { Page } from '@sluice/runtime';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { By, type Caller } from '../audit/caller.js';
import { Environments, type EnvironmentView } from './environments.js';

/** A host name or an address, without a port. */
const HOST = /^[A-Za-z0-9:._-]{1,255}$/;

const DOCKER_HOST = /^(unix:\/\/\/|tcp:\/\/)\S{1,500}$/;

class ChangedEnvironment {
  @IsOptional() @IsInt() @Min(0) @Max(20) readonly approvals?: number;
  @IsOptional() @Matches(HOST) readonly address?: string;
  /** Administrators only. */
  @IsOptional() @Matches(DOCKER_HOST) readonly dockerHost?: string;
}

class NewEnvironment {
  @Matches(ENVIRONMENT_NAME, { message: NAME_RULES.environment }) readonly name!: string;
  @IsIn(PURPOSES) readonly purpose!: Purpose;
  @IsInt() @Min(0) @Max(1000) readonly position!: number;
  @Matches(DOCKER_HOST) readonly dockerHost!: string;
  @IsOptional() @Matches(HOST) readonly address?: string;
  @IsOptional() @IsIn(PUBLISH_MODES) readonly publish: PublishMode = 'ingress';
  @IsOptional() @IsInt() @Min(0) @Max(20) readonly approvals: number = 0;
}

@Controller('api/v1/environments')
export class EnvironmentsController {
  constructor(private readonly environments: Environments) {}

  @Get()
  @Allow('see')
  list(@Who() who: Principal): Promise<Page<EnvironmentView>> {
    return this.environments.list(who);
  }

  @Post()
  @Allow('administer')
  create(@By() by: Caller, @Body() environment: NewEnvironment): Promise<EnvironmentView> {
    return this.environments.create(by, environment);
  }

  @Patch(':environment')
  @Allow('own')
  change(
    @By() by: Caller,
    @Param('environment') name: string,
    @Body() change: ChangedEnvironment,
  ): Promise<EnvironmentView> {
    return this.environments.change(by, name, change);
  }
}

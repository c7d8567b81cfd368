import { NAME_RULES } from '@sluice/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { Allow, Who, type Principal } from '@sluice/directory';
import type { Page } from '@sluice/runtime';
import { IsString, Length, Matches } from 'class-validator';
import { By, type Caller } from '../audit/caller.js';
import { Secrets, type SecretPlace, type SecretView } from './secrets.js';

class Place implements SecretPlace {
  @IsString() readonly project!: string;
  @IsString() readonly environment!: string;
  /** As an environment variable is called. */
  @Matches(/^[A-Z_][A-Z0-9_]{0,62}$/, { message: NAME_RULES.secret }) readonly name!: string;
}

class Value {
  @IsString() @Length(1, 65_536) readonly value!: string;
}

@Controller('api/v1/projects/:project/secrets/:environment')
@Allow('own')
export class SecretsController {
  constructor(private readonly secrets: Secrets) {}

  @Get()
  list(
    @Who() who: Principal,
    @Param('project') project: string,
    @Param('environment') environment: string,
  ): Promise<Page<SecretView>> {
    return this.secrets.list(who, project, environment);
  }

  @Put(':name')
  put(@By() by: Caller, @Param() place: Place, @Body() { value }: Value): Promise<SecretView> {
    return this.secrets.put(by, place, value);
  }

  @Delete(':name')
  @HttpCode(204)
  remove(@By() by: Caller, @Param() place: Place): Promise<void> {
    return this.secrets.remove(by, place);
  }
}

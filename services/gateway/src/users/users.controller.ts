import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { NAME_RULES, SERVICES, USER_NAME } from '@sluice/contracts';
import { Allow } from '@sluice/directory';
import { PageQuery, type Page } from '@sluice/runtime';
import { IsBoolean, IsNotIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { By, type Caller } from '../audit/caller.js';
import { PASSWORD_MIN, Users, type User } from './users.js';

class ResetPassword {
  @IsString() @MinLength(PASSWORD_MIN) @MaxLength(1000) readonly password!: string;
}

class NewUser extends ResetPassword {
  // Names of services and of the registry's robot accounts stay theirs.
  @Matches(USER_NAME, { message: NAME_RULES.user }) @IsNotIn(SERVICES) @Matches(/^(?!robot-)/) readonly name!: string;
  @IsOptional() @IsBoolean() readonly admin: boolean = false;
}

class Active {
  @IsBoolean() readonly active!: boolean;
}

@Controller('api/v1/users')
@Allow('administer')
export class UsersController {
  constructor(private readonly users: Users) {}

  @Get()
  list(@Query() { limit, after }: PageQuery): Promise<Page<User>> {
    return this.users.list(limit, after);
  }

  @Post()
  create(@By() by: Caller, @Body() { name, password, admin }: NewUser): Promise<User> {
    return this.users.create(by, name, password, admin);
  }

  @Patch(':name')
  setActive(@By() by: Caller, @Param('name') name: string, @Body() { active }: Active): Promise<User> {
    return this.users.setActive(by, name, active);
  }

  @Post(':name/password')
  @HttpCode(200)
  resetPassword(@By() by: Caller, @Param('name') name: string, @Body() { password }: ResetPassword): Promise<User> {
    return this.users.resetPassword(by, name, password);
  }
}

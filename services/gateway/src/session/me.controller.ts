import { Body, Controller, Get, HttpCode, Put } from '@nestjs/common';
import { Allow, Who, type Principal } from '@sluice/directory';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { By, type Caller } from '../audit/caller.js';
import { PASSWORD_MIN, Users } from '../users/users.js';

class NewPassword {
  @IsString() @MaxLength(1000) readonly current!: string;
  @IsString() @MinLength(PASSWORD_MIN) @MaxLength(1000) readonly password!: string;
}

@Controller('api/v1/me')
export class MeController {
  constructor(private readonly users: Users) {}

  @Get()
  @Allow('see')
  me(@Who() { kind, name, admin, roles }: Principal): Omit<Principal, 'id'> {
    return { kind, name, admin, roles };
  }

  @Put('password')
  @HttpCode(204)
  @Allow('see')
  changePassword(@By() by: Caller, @Body() { current, password }: NewPassword): Promise<void> {
    return this.users.changeOwnPassword(by, current, password);
  }
}

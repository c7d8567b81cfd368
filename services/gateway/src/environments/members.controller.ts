import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { NAME_RULES, USER_NAME } from '@sluice/contracts';
import { Allow, ROLES, Who, type Principal, type Role } from '@sluice/directory';
import type { Page } from '@sluice/runtime';
import { IsIn, Matches } from 'class-validator';
import { By, type Caller } from '../audit/caller.js';
import { Members, type Member } from './members.js';

class PutMember {
  @Matches(USER_NAME, { message: NAME_RULES.user }) readonly user!: string;
  @IsIn(ROLES) readonly role!: Role;
}

@Controller('api/v1/environments/:environment/members')
export class MembersController {
  constructor(private readonly members: Members) {}

  @Get()
  @Allow('see')
  list(@Who() who: Principal, @Param('environment') environment: string): Promise<Page<Member>> {
    return this.members.list(who, environment);
  }

  @Put()
  @Allow('own')
  put(@By() by: Caller, @Param('environment') environment: string, @Body() member: PutMember): Promise<Member> {
    return this.members.put(by, environment, member);
  }

  @Delete(':user')
  @HttpCode(204)
  @Allow('own')
  remove(@By() by: Caller, @Param('environment') environment: string, @Param('user') user: string): Promise<void> {
    return this.members.remove(by, environment, user);
  }
}

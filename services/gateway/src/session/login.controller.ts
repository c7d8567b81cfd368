import { Body, Controller, HttpCode, Ip, Post } from '@nestjs/common';
import { NAME_RULES, USER_NAME } from '@sluice/contracts';
import { Public } from '@sluice/runtime';
import { IsString, Matches, MaxLength } from 'class-validator';
import { SignIn, type Session } from './sign-in.js';

class Login {
  @Matches(USER_NAME, { message: NAME_RULES.user }) readonly name!: string;
  @IsString() @MaxLength(1000) readonly password!: string;
}

@Controller('api/v1/login')
export class LoginController {
  constructor(private readonly signIn: SignIn) {}

  @Post()
  @HttpCode(200)
  @Public()
  login(@Body() { name, password }: Login, @Ip() address: string): Promise<Session> {
    return this.signIn.open(name, password, address);
  }
}

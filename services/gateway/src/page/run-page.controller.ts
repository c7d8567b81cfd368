import { Controller, Get, Header, Headers, Param, ParseUUIDPipe, Res } from '@nestjs/common';
import { Public } from '@sluice/runtime';
import type { FastifyReply } from 'fastify';
import { PAGE, PAGE_POLICY } from './run-page.js';
import { SCRIPT } from './run-page.script.js';
import { STYLE } from './run-page.style.js';

/** The address of a run that people get to see. The page itself knows nothing; it asks the API with the reader's own token. */
@Public()
@Controller()
export class RunPageController {
  @Get('runs/:id')
  show(
    @Param('id', ParseUUIDPipe) id: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    const forPeople = accept?.includes('text/html') ?? false;
    if (!forPeople) void reply.status(303).header('location', `/api/v1/runs/${id}`);
    else void reply.header('content-type', 'text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY);
    void reply.header('vary', 'accept');
    return forPeople ? PAGE : '';
  }

  @Get('assets/run-page.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return SCRIPT;
  }

  @Get('assets/run-page.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE;
  }
}

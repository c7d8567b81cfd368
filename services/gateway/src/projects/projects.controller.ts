import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { NAME_RULES, PROJECT_NAME, PROJECT_NAME_MAX } from '@sluice/contracts';
import { Allow } from '@sluice/directory';
import { PageQuery, type Page } from '@sluice/runtime';
import { IsOptional, Matches, MaxLength, ValidateBy } from 'class-validator';
import { By, type Caller } from '../audit/caller.js';
import { isBranch, isCloneUrl } from './project.rules.js';
import { Projects, type NewProjectView, type ProjectView } from './projects.js';

const rule = (name: string, validate: (value: unknown) => boolean, message: string): PropertyDecorator =>
  ValidateBy({ name, validator: { validate, defaultMessage: () => message } });

class NewProject {
  @Matches(PROJECT_NAME, { message: NAME_RULES.project }) @MaxLength(PROJECT_NAME_MAX) readonly name!: string;
  @IsOptional()
  @rule('isBranch', isBranch, 'branch must be the name of a git branch')
  readonly branch: string = 'main';
  @IsOptional()
  @rule(
    'isCloneUrl',
    isCloneUrl,
    'cloneUrl must be an https, http or ssh URL without a password: ssh://git@host/path.git',
  )
  readonly cloneUrl?: string;
}

@Controller('api/v1/projects')
export class ProjectsController {
  constructor(private readonly projects: Projects) {}

  @Get()
  @Allow('see')
  list(@Query() { limit, after }: PageQuery): Promise<Page<ProjectView>> {
    return this.projects.list(limit, after);
  }

  @Get(':project')
  @Allow('see')
  get(@Param('project') name: string): Promise<ProjectView> {
    return this.projects.get(name);
  }

  @Post()
  @Allow('push')
  create(@By() by: Caller, @Body() { name, branch, cloneUrl }: NewProject): Promise<NewProjectView> {
    return this.projects.create(by, name, branch, cloneUrl);
  }
}

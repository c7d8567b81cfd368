import { SetMetadata } from '@nestjs/common';

export const PUBLIC = 'sluice:public';

/** The route needs nobody to be signed in. Every other route is refused unless its policy allows it. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(PUBLIC, true);

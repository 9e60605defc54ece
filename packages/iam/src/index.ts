export { type AuthorisationContext, authorise, type Decision } from './authorise.ts';
export { type Principal, rootPrincipal } from './principal.ts';

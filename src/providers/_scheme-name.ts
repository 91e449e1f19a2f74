export type SchemeName = string;

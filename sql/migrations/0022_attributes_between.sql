-- 0022_attributes_between.sql
-- What is known of people, between the sides: by which claims each identity provider says it, and which of it each application is sent under
-- which name, beside what its metadata asks for.
-- Locks: the altered tables for a moment each (columns without a rewrite). Deploy: before the release that uses it.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

-- Attribute (features/attributes) → claim. A connection that is there already reads none until somebody says which.
alter table app.identity_providers
  add column attribute_claims jsonb not null default '{}'
  constraint identity_providers_attribute_claims check (jsonb_typeof(attribute_claims) = 'object');

-- Attributes of which the provider said what no value can be, the last time: recorded once, not at each sign-in.
alter table app.federated_identities add column skipped_attributes text[] not null default '{}';

-- Fact → name under which it is sent; what is not there is not sent. An application that is there already gets what it got.
alter table app.saml_service_providers
  add column sent_attributes jsonb not null
  default '{"email": "email", "firstName": "firstName", "lastName": "lastName", "displayName": "displayName", "groups": "groups"}'
  constraint saml_service_providers_sent_attributes check (jsonb_typeof(sent_attributes) = 'object'),
  add column requested_attributes jsonb not null default '[]'
  constraint saml_service_providers_requested_attributes check (jsonb_typeof(requested_attributes) = 'array');

-- Statements are separated by empty lines. A version that has been released is never changed: the next change is V2.sql.
-- Times are milliseconds since 1970 UTC; a count that nobody knows is null; a key id of '' means that no key was asked for.

create table tenant (
  name text primary key,
  requests_per_minute integer not null,
  tokens_per_minute integer not null,
  concurrency integer not null,
  weight integer not null,
  created_at integer not null
) strict, without rowid;

create table api_key (
  id text primary key,
  name text not null,
  tenant text not null references tenant (name),
  scopes text not null,
  models text not null,
  requests_per_minute integer not null,
  tokens_per_minute integer not null,
  concurrency integer not null,
  weight integer not null,
  budget_tokens integer not null,
  created_at integer not null,
  expires_at integer,
  revoked_at integer,
  secret_hash blob not null,
  previous_hash blob,
  previous_until integer
) strict, without rowid;

create table usage (
  seq integer primary key autoincrement,
  request_id text not null,
  started_at integer not null,
  key_id text not null,
  tenant text not null,
  model text not null,
  route text not null,
  prompt_tokens integer,
  completion_tokens integer,
  cached_tokens integer,
  reasoning_tokens integer,
  queue_ms integer,
  duration_ms integer,
  worker text,
  outcome text not null,
  priority text not null,
  continued integer not null
) strict;

create index usage_by_start on usage (started_at);

create index usage_by_tenant on usage (tenant, started_at);

-- Requests that were begun and have not ended, as far as the journal has been read.
create table begun (
  ticket integer primary key,
  request_id text not null,
  started_at integer not null,
  key_id text not null,
  tenant text not null,
  model text not null,
  route text not null,
  prompt_tokens integer,
  completion_tokens integer,
  cached_tokens integer,
  reasoning_tokens integer,
  queue_ms integer,
  duration_ms integer,
  worker text,
  outcome text not null,
  priority text not null,
  continued integer not null
) strict;

-- Sums by the UTC day on which a request started (days since 1970). They outlive the rows that they were added up from.
create table usage_day (
  day integer not null,
  tenant text not null,
  key_id text not null,
  requests integer not null,
  uncounted integer not null,
  prompt_tokens integer not null,
  completion_tokens integer not null,
  cached_tokens integer not null,
  reasoning_tokens integer not null,
  primary key (day, tenant, key_id)
) strict, without rowid;

-- One row: everything before this position of this segment is in the tables above; how often the ledger was opened.
create table journal (
  one integer primary key check (one = 1),
  segment integer not null,
  position integer not null,
  opened integer not null
) strict;

insert into journal (one, segment, position, opened) values (1, 0, 0, 0);

create table audit (
  seq integer primary key autoincrement,
  at integer not null,
  who text not null,
  action text not null,
  target text not null,
  detail text not null
) strict;

create trigger audit_is_not_changed before update on audit
begin
  select raise(abort, 'the audit log is append-only');
end;

create trigger audit_is_not_deleted before delete on audit
begin
  select raise(abort, 'the audit log is append-only');
end;

-- Made by tests/store/schema.test.ts; update with: UPDATE_SNAPSHOT=1 npx vitest run --project fast tests/store/schema.test.ts

-- action_runs
action_runs.id text not null
action_runs.offer_id text not null
action_runs.incident_id text not null
action_runs.action text not null
action_runs.target text not null
action_runs.state text not null
action_runs.verified text not null default 'pending'::text
action_runs.fence bigint not null default 0
action_runs.requested_by jsonb not null
action_runs.requested_at timestamp with time zone not null
action_runs.started_at timestamp with time zone
action_runs.ended_at timestamp with time zone
action_runs.detail text
action_runs.settled_by jsonb
action_runs.params jsonb not null default '{}'::jsonb
action_runs.made text
action_runs.in_vain boolean not null default false
action_runs: action_runs_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
action_runs: action_runs_offer_id_fkey FOREIGN KEY (offer_id) REFERENCES offers(id)
action_runs: action_runs_pkey PRIMARY KEY (id)
action_runs: action_runs_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'approved'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'unknown'::text])))
action_runs: action_runs_verified_check CHECK ((verified = ANY (ARRAY['pending'::text, 'verified'::text, 'not_verified'::text, 'not_needed'::text])))
CREATE INDEX action_runs_by_incident ON public.action_runs USING btree (incident_id)
CREATE UNIQUE INDEX action_runs_in_flight ON public.action_runs USING btree (target) WHERE (state = ANY (ARRAY['requested'::text, 'approved'::text, 'running'::text, 'unknown'::text]))

-- alert_instances
alert_instances.team text not null
alert_instances.source text not null
alert_instances.fingerprint text not null
alert_instances.starts_at timestamp with time zone not null
alert_instances.ends_at timestamp with time zone
alert_instances.status text not null
alert_instances.name text not null
alert_instances.severity text not null
alert_instances.labels jsonb not null
alert_instances.annotations jsonb not null
alert_instances.links jsonb not null
alert_instances.run jsonb not null
alert_instances.incident_id text
alert_instances.first_seen_at timestamp with time zone not null
alert_instances.last_seen_at timestamp with time zone not null
alert_instances.seen bigint not null default 1
alert_instances: alert_instances_pkey PRIMARY KEY (team, source, fingerprint, starts_at)
alert_instances: alert_instances_status_check CHECK ((status = ANY (ARRAY['firing'::text, 'resolved'::text])))
CREATE INDEX alert_instances_by_incident ON public.alert_instances USING btree (incident_id, first_seen_at)
CREATE INDEX alert_instances_firing ON public.alert_instances USING btree (team, source, fingerprint) WHERE (status = 'firing'::text)

-- audit
audit.seq bigint not null
audit.at timestamp with time zone not null
audit.actor jsonb not null
audit.action text not null
audit.subject text not null
audit.data jsonb not null
audit.previous_hash text not null
audit.hash text not null
audit: audit_pkey PRIMARY KEY (seq)

-- captures
captures.incident_id text not null
captures.occasion text not null
captures.at timestamp with time zone not null
captures.files jsonb not null
captures.missing jsonb not null
captures: captures_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id) ON DELETE CASCADE
captures: captures_pkey PRIMARY KEY (incident_id, occasion)

-- decisions
decisions.kind text not null
decisions.subject text not null
decisions.reason text not null
decisions.team text
decisions.data jsonb not null
decisions.first_at timestamp with time zone not null
decisions.last_at timestamp with time zone not null
decisions.count bigint not null default 1
decisions: decisions_pkey PRIMARY KEY (kind, subject, reason)
CREATE INDEX decisions_by_time ON public.decisions USING btree (last_at DESC)

-- deployments
deployments.sender text not null
deployments.external_id text not null
deployments.team text not null
deployments.platform text
deployments.job_names jsonb not null
deployments.what text not null
deployments.commit text
deployments.image text
deployments.version text
deployments.summary text
deployments.by text
deployments.url text
deployments.at timestamp with time zone not null
deployments.received_at timestamp with time zone not null
deployments: deployments_pkey PRIMARY KEY (sender, external_id, team)
CREATE INDEX deployments_by_time ON public.deployments USING btree (team, at DESC)
CREATE INDEX deployments_to_sweep ON public.deployments USING btree (received_at)

-- due
due.kind text not null
due.subject text not null
due.due_at timestamp with time zone not null
due.data jsonb not null
due.attempts integer not null default 0
due.fence bigint not null default 0
due.lease_until timestamp with time zone
due.last_error text
due: due_pkey PRIMARY KEY (kind, subject)
CREATE INDEX due_by_time ON public.due USING btree (due_at)

-- external_refs
external_refs.system text not null
external_refs.external_id text not null
external_refs.incident_id text not null
external_refs.data jsonb not null
external_refs: external_refs_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
external_refs: external_refs_pkey PRIMARY KEY (system, external_id)

-- findings
findings.incident_id text not null
findings.generation integer not null
findings.step text not null
findings.position integer not null
findings.outputs jsonb not null
findings.findings jsonb not null
findings.at timestamp with time zone not null
findings: findings_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
findings: findings_pkey PRIMARY KEY (incident_id, generation, step)

-- incidents
incidents.id text not null
incidents.number bigint not null generated always as identity
incidents.team text not null
incidents.key text not null
incidents.key_suffix integer not null default 0
incidents.key_version integer not null
incidents.version bigint not null default 1
incidents.state text not null
incidents.held boolean not null default false
incidents.quiet boolean not null default false
incidents.snoozed_until timestamp with time zone
incidents.title text not null
incidents.severity text not null
incidents.source text not null
incidents.platform text
incidents.run jsonb not null
incidents.runbook_id text
incidents.runbook_hash text
incidents.match jsonb not null
incidents.policy_name text not null
incidents.policy_snapshot jsonb not null
incidents.opened_at timestamp with time zone not null
incidents.acknowledged_at timestamp with time zone
incidents.acknowledged_by jsonb
incidents.resolved_at timestamp with time zone
incidents.resolved_by jsonb
incidents.resolution text
incidents.alerts_total bigint not null default 0
incidents.alerts_firing bigint not null default 0
incidents.diagnosis text not null default 'pending'::text
incidents.diagnosis_generation integer not null default 0
incidents: incidents_diagnosis_check CHECK ((diagnosis = ANY (ARRAY['pending'::text, 'running'::text, 'done'::text, 'none'::text])))
incidents: incidents_number_key UNIQUE (number)
incidents: incidents_pkey PRIMARY KEY (id)
incidents: incidents_state_check CHECK ((state = ANY (ARRAY['triggered'::text, 'acknowledged'::text, 'resolved'::text])))
CREATE INDEX incidents_by_opened ON public.incidents USING btree (opened_at DESC)
CREATE INDEX incidents_by_runbook ON public.incidents USING btree (runbook_id, opened_at DESC)
CREATE INDEX incidents_open ON public.incidents USING btree (team, opened_at DESC) WHERE (state <> 'resolved'::text)
CREATE UNIQUE INDEX incidents_open_key ON public.incidents USING btree (team, key, key_suffix) WHERE (state <> 'resolved'::text)
CREATE INDEX incidents_without_runbook ON public.incidents USING btree (opened_at DESC) WHERE ((match ->> 'reason'::text) = ANY (ARRAY['catch_all'::text, 'none'::text]))

-- offers
offers.id text not null
offers.incident_id text not null
offers.step text not null
offers.action text not null
offers.target text not null
offers.title text not null
offers.params jsonb not null
offers.requires text not null
offers.verify_ms bigint
offers.runbook_hash text
offers.created_at timestamp with time zone not null
offers.withdrawn_at timestamp with time zone
offers.withdrawn_reason text
offers.inputs jsonb not null default '{}'::jsonb
offers: offers_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
offers: offers_pkey PRIMARY KEY (id)
CREATE INDEX offers_by_incident ON public.offers USING btree (incident_id)

-- outbox
outbox.id bigint not null generated always as identity
outbox.destination text not null
outbox.subject text not null
outbox.mode text not null
outbox.state text not null default 'waiting'::text
outbox.priority smallint not null
outbox.desired_version bigint not null default 1
outbox.delivered_version bigint not null default 0
outbox.payload jsonb not null
outbox.external_id text
outbox.attempts integer not null default 0
outbox.next_at timestamp with time zone not null
outbox.fence bigint not null default 0
outbox.lease_until timestamp with time zone
outbox.first_tried_at timestamp with time zone
outbox.may_have_happened boolean not null default false
outbox.last_error text
outbox.created_at timestamp with time zone not null
outbox.done_at timestamp with time zone
outbox: outbox_mode_check CHECK ((mode = ANY (ARRAY['level'::text, 'ordered'::text])))
outbox: outbox_pkey PRIMARY KEY (id)
outbox: outbox_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'done'::text, 'withdrawn'::text, 'dead'::text])))
CREATE UNIQUE INDEX outbox_level ON public.outbox USING btree (destination, subject) WHERE (mode = 'level'::text)
CREATE INDEX outbox_order ON public.outbox USING btree (destination, subject, id) WHERE ((mode = 'ordered'::text) AND (state = ANY (ARRAY['waiting'::text, 'sending'::text])))
CREATE INDEX outbox_pending ON public.outbox USING btree (destination, priority, next_at) WHERE (state = ANY (ARRAY['waiting'::text, 'sending'::text]))

-- pages
pages.incident_id text not null
pages.route text not null
pages.dedup_key text not null
pages.state text not null
pages.step integer not null
pages.requested_at timestamp with time zone not null
pages.sent_at timestamp with time zone
pages.second_route_at timestamp with time zone
pages.may_have_arrived boolean not null default false
pages.last_error text
pages: pages_dedup_key_key UNIQUE (dedup_key)
pages: pages_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
pages: pages_pkey PRIMARY KEY (incident_id, route)
pages: pages_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'sent'::text, 'undelivered'::text, 'withdrawn'::text, 'acknowledged'::text, 'resolved'::text])))

-- raw_bodies
raw_bodies.id text not null
raw_bodies.source text not null
raw_bodies.received_at timestamp with time zone not null
raw_bodies.body bytea not null
raw_bodies.rejected jsonb not null
raw_bodies: raw_bodies_pkey PRIMARY KEY (id)

-- runbook_opens
runbook_opens.incident_id text not null
runbook_opens.person text not null
runbook_opens.runbook_id text not null
runbook_opens.steps integer not null default 0
runbook_opens.first_at timestamp with time zone not null
runbook_opens.last_at timestamp with time zone not null
runbook_opens.count bigint not null default 1
runbook_opens: runbook_opens_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
runbook_opens: runbook_opens_pkey PRIMARY KEY (incident_id, person, runbook_id)

-- runbook_texts
runbook_texts.hash text not null
runbook_texts.runbook_id text not null
runbook_texts.file text not null
runbook_texts.text text not null
runbook_texts: runbook_texts_pkey PRIMARY KEY (hash)

-- runbook_ticks
runbook_ticks.incident_id text not null
runbook_ticks.runbook_id text not null
runbook_ticks.section text not null
runbook_ticks.done boolean not null
runbook_ticks.by jsonb not null
runbook_ticks.at timestamp with time zone not null
runbook_ticks: runbook_ticks_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
runbook_ticks: runbook_ticks_pkey PRIMARY KEY (incident_id, runbook_id, section)

-- runbook_votes
runbook_votes.incident_id text not null
runbook_votes.person text not null
runbook_votes.runbook_id text not null
runbook_votes.useful boolean not null
runbook_votes.at timestamp with time zone not null
runbook_votes: runbook_votes_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
runbook_votes: runbook_votes_pkey PRIMARY KEY (incident_id, person)

-- schedule_slots
schedule_slots.schedule text not null
schedule_slots.slot timestamp with time zone not null
schedule_slots.taken_at timestamp with time zone not null
schedule_slots: schedule_slots_pkey PRIMARY KEY (schedule, slot)

-- timeline
timeline.incident_id text not null
timeline.seq integer not null
timeline.at timestamp with time zone not null
timeline.kind text not null
timeline.actor jsonb not null
timeline.reason text not null
timeline.data jsonb not null
timeline.count bigint not null default 1
timeline.last_at timestamp with time zone not null
timeline: timeline_pkey PRIMARY KEY (incident_id, seq)
CREATE INDEX timeline_of_runbooks ON public.timeline USING btree (incident_id, kind) WHERE (kind = ANY (ARRAY['escalated'::text, 'runbook_switched'::text]))

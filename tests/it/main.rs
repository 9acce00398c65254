//! One integration binary: real databases, real HTTP on loopback, one module a subject.

// Under `cfg(test)`, so that clippy takes helper functions for what they are: parts of tests.
#[cfg(test)]
mod admission;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod backup_server;
#[cfg(test)]
mod backups;
#[cfg(test)]
mod beside;
#[cfg(test)]
mod calls_alone;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod db;
#[cfg(test)]
mod demo_once;
#[cfg(test)]
mod demo_shown;
#[cfg(test)]
mod desk_compose;
#[cfg(test)]
mod desk_door;
#[cfg(test)]
mod desk_ledger;
#[cfg(test)]
mod desk_stage;
#[cfg(test)]
mod desk_watch;
#[cfg(test)]
mod disk_full;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod flow_accounts;
#[cfg(test)]
mod flow_addresses;
#[cfg(test)]
mod flow_alone;
#[cfg(test)]
mod flow_beside;
#[cfg(test)]
mod flow_bind;
#[cfg(test)]
mod flow_clock;
#[cfg(test)]
mod flow_dead_letters;
#[cfg(test)]
mod flow_distress;
#[cfg(test)]
mod flow_fallback;
#[cfg(test)]
mod flow_faults;
#[cfg(test)]
mod flow_gate;
#[cfg(test)]
mod flow_hold;
#[cfg(test)]
mod flow_ladder;
#[cfg(test)]
mod flow_lanes;
#[cfg(test)]
mod flow_lock;
#[cfg(test)]
mod flow_organise;
#[cfg(test)]
mod flow_pictures;
#[cfg(test)]
mod flow_plan;
#[cfg(test)]
mod flow_refusals;
#[cfg(test)]
mod flow_relay;
#[cfg(test)]
mod flow_repairs;
#[cfg(test)]
mod flow_repeat;
#[cfg(test)]
mod flow_restored;
#[cfg(test)]
mod flow_retention;
#[cfg(test)]
mod flow_rights;
#[cfg(test)]
mod flow_send;
#[cfg(test)]
mod flow_strangers;
#[cfg(test)]
mod flow_undecodable;
#[cfg(test)]
mod flow_withdraw;
#[cfg(test)]
mod flow_wordings;
#[cfg(test)]
mod inspect;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod locale;
#[cfg(test)]
mod modes;
#[cfg(test)]
mod plan_text;
#[cfg(test)]
mod platform_cases;
#[cfg(test)]
mod postgres_workers;
#[cfg(test)]
mod security;
#[cfg(test)]
mod serve_alone;
#[cfg(test)]
mod service;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod source;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod starting;
#[cfg(test)]
mod store_activities;
#[cfg(test)]
mod store_binding;
#[cfg(test)]
mod store_claims;
#[cfg(test)]
mod store_faults;
#[cfg(test)]
mod store_operations;
#[cfg(test)]
mod store_organisation;
#[cfg(test)]
mod store_plans;
#[cfg(test)]
mod store_retention;
#[cfg(test)]
mod store_schema;
#[cfg(test)]
mod store_statements;
#[cfg(test)]
mod store_tokens;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod supply;
#[cfg(test)]
mod truth;
#[cfg(test)]
mod webhook;
#[cfg(test)]
mod zalo_bot_alone;
#[cfg(test)]
mod zalo_bot_platform;
#[cfg(test)]
mod zalo_oa_alone;

CREATE TABLE `access_accounts` (
	`name` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`email` text,
	`administrator` integer NOT NULL,
	`password` text,
	`disabled_at` integer,
	`created_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`failures` integer NOT NULL,
	`locked_until` integer
);
--> statement-breakpoint
CREATE TABLE `access_flows` (
	`hash` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`browser` text NOT NULL,
	`verifier` text NOT NULL,
	`nonce` text,
	`wanted` text NOT NULL,
	`callback` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `access_flows_expires` ON `access_flows` (`expires_at`);--> statement-breakpoint
CREATE TABLE `access_identities` (
	`id` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`subject` text NOT NULL,
	`login` text,
	`email` text,
	`name` text,
	`ref` text,
	`profile` text NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_identities_subject` ON `access_identities` (`provider`,`subject`);--> statement-breakpoint
CREATE INDEX `access_identities_ref` ON `access_identities` (`ref`);--> statement-breakpoint
CREATE TABLE `access_invitations` (
	`hash` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`account` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `access_invitations_account` ON `access_invitations` (`account`);--> statement-breakpoint
CREATE TABLE `access_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`identity` text NOT NULL,
	`created_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`address` text NOT NULL,
	`agent` text NOT NULL,
	`ended_at` integer,
	`ended` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_sessions_hash` ON `access_sessions` (`hash`);--> statement-breakpoint
CREATE INDEX `access_sessions_identity` ON `access_sessions` (`identity`,`created_at`);--> statement-breakpoint
CREATE INDEX `access_sessions_open` ON `access_sessions` (`seen_at`) WHERE ended_at is null;--> statement-breakpoint
CREATE TABLE `access_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`hint` text NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`identity` text,
	`permissions` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`last_address` text,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_tokens_hash` ON `access_tokens` (`hash`);--> statement-breakpoint
CREATE INDEX `access_tokens_identity` ON `access_tokens` (`identity`);
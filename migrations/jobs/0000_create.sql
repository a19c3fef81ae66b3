CREATE TABLE `job_schedules` (
	`kind` text PRIMARY KEY NOT NULL,
	`every` integer NOT NULL,
	`next_at` integer NOT NULL,
	`last_at` integer
);
--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`key` text,
	`payload` text,
	`version` integer,
	`attempt` integer DEFAULT 0 NOT NULL,
	`run_after` integer NOT NULL,
	`lease_until` integer,
	`progress_done` integer,
	`progress_total` integer,
	`progress_what` text,
	`progress_since` integer,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_waiting_key` ON `jobs` (`kind`,`key`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `jobs_due` ON `jobs` (`state`,`run_after`);--> statement-breakpoint
CREATE INDEX `jobs_state` ON `jobs` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_kind` ON `jobs` (`kind`,`state`);--> statement-breakpoint
CREATE INDEX `jobs_finished` ON `jobs` (`finished_at`);
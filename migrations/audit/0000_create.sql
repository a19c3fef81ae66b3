CREATE TABLE `audit_lines` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor_id` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_name` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`request_id` text,
	`result` text NOT NULL,
	`detail` text
);
--> statement-breakpoint
CREATE INDEX `audit_lines_at` ON `audit_lines` (`at`);--> statement-breakpoint
CREATE INDEX `audit_lines_actor` ON `audit_lines` (`actor_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_lines_target` ON `audit_lines` (`target`,`id`);--> statement-breakpoint
CREATE TABLE `audit_retention` (
	`id` integer PRIMARY KEY NOT NULL,
	`keep_from` integer NOT NULL
);

CREATE TABLE `notifications_audience` (
	`recipient` text NOT NULL,
	`item` text NOT NULL,
	PRIMARY KEY(`recipient`, `item`)
);
--> statement-breakpoint
CREATE INDEX `notifications_audience_item` ON `notifications_audience` (`item`);--> statement-breakpoint
CREATE TABLE `notifications_items` (
	`id` text PRIMARY KEY NOT NULL,
	`origin` text NOT NULL,
	`topic` text NOT NULL,
	`scope` text,
	`recipients` text NOT NULL,
	`title` text NOT NULL,
	`description` text,
	`link` text,
	`severity` text NOT NULL,
	`weight` integer NOT NULL,
	`created_at` integer NOT NULL,
	`told_at` integer NOT NULL,
	`settled_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_items_scope` ON `notifications_items` (`origin`,`scope`,`recipients`) WHERE scope is not null;--> statement-breakpoint
CREATE INDEX `notifications_items_told` ON `notifications_items` (`told_at`,`id`);--> statement-breakpoint
CREATE TABLE `notifications_memory` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `notifications_outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`item` text NOT NULL,
	`channel` text NOT NULL,
	`person` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`ended_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_outbox_waiting` ON `notifications_outbox` (`item`,`channel`,`person`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `notifications_outbox_due` ON `notifications_outbox` (`channel`,`due_at`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `notifications_outbox_ended` ON `notifications_outbox` (`channel`,`ended_at`);--> statement-breakpoint
CREATE INDEX `notifications_outbox_item` ON `notifications_outbox` (`item`);--> statement-breakpoint
CREATE TABLE `notifications_settings` (
	`person` text NOT NULL,
	`topic` text NOT NULL,
	`portal` integer NOT NULL,
	`email` text,
	PRIMARY KEY(`person`, `topic`)
);
--> statement-breakpoint
CREATE TABLE `notifications_states` (
	`person` text NOT NULL,
	`item` text NOT NULL,
	`read_at` integer,
	`saved_at` integer,
	`done_at` integer,
	PRIMARY KEY(`person`, `item`)
);
--> statement-breakpoint
CREATE INDEX `notifications_states_item` ON `notifications_states` (`item`);
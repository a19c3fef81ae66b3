CREATE TABLE `audit_stream` (
	`id` integer PRIMARY KEY NOT NULL,
	`last_id` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `audit_lines` ADD `address` text;--> statement-breakpoint
ALTER TABLE `audit_lines` ADD `proxy` text;--> statement-breakpoint
ALTER TABLE `audit_lines` ADD `before` text;--> statement-breakpoint
ALTER TABLE `audit_lines` ADD `after` text;--> statement-breakpoint
CREATE INDEX `audit_lines_action` ON `audit_lines` (`action`,`id`);
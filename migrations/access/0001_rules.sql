CREATE TABLE `access_conditions` (
	`id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_conditions_hash` ON `access_conditions` (`hash`);--> statement-breakpoint
CREATE TABLE `access_matches` (
	`entity_id` text NOT NULL,
	`condition_id` integer NOT NULL,
	`owned` integer NOT NULL,
	`other` integer NOT NULL,
	PRIMARY KEY(`entity_id`, `condition_id`)
) WITHOUT ROWID;

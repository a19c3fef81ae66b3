CREATE TABLE `home_stars` (
	`actor_id` text NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`title` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`actor_id`, `kind`, `key`)
);
--> statement-breakpoint
CREATE INDEX `home_stars_at` ON `home_stars` (`actor_id`,`at`);--> statement-breakpoint
CREATE TABLE `home_visits` (
	`actor_id` text NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`actor_id`, `kind`, `key`)
);
--> statement-breakpoint
CREATE INDEX `home_visits_at` ON `home_visits` (`actor_id`,`at`);
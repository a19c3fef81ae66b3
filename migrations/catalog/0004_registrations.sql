CREATE TABLE `catalog_registrations` (
	`id` text PRIMARY KEY NOT NULL,
	`target` text NOT NULL,
	`key` text NOT NULL,
	`type` text NOT NULL,
	`repository` text,
	`branch` text,
	`path` text NOT NULL,
	`scope` text NOT NULL,
	`registered_at` integer NOT NULL,
	`registered_by` text NOT NULL,
	`leaving_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `catalog_registrations_key` ON `catalog_registrations` (`key`);
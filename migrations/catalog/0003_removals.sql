CREATE TABLE `catalog_removals` (
	`source_id` text PRIMARY KEY NOT NULL,
	`digest` text NOT NULL,
	`count` integer NOT NULL,
	`total` integer NOT NULL,
	`sample` text NOT NULL,
	`asked_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`decision` text,
	`decided_at` integer,
	`decided_by` text
);
--> statement-breakpoint
ALTER TABLE `catalog_candidates` ADD `missing_at` integer;--> statement-breakpoint
CREATE INDEX `catalog_candidates_missing` ON `catalog_candidates` (`source_id`,`missing_at`) WHERE missing_at is not null;--> statement-breakpoint
ALTER TABLE `catalog_files` ADD `missing_at` integer;--> statement-breakpoint
ALTER TABLE `catalog_sources` ADD `failed_since` integer;
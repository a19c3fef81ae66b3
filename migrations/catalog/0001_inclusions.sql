CREATE TABLE `catalog_inclusions` (
	`source_id` text NOT NULL,
	`path` text NOT NULL,
	`included_source_id` text NOT NULL,
	`included` text NOT NULL,
	`blob` text,
	PRIMARY KEY(`source_id`, `path`, `included_source_id`, `included`)
);
--> statement-breakpoint
CREATE INDEX `catalog_inclusions_included` ON `catalog_inclusions` (`included_source_id`);--> statement-breakpoint
ALTER TABLE `catalog_candidates` ADD `fills` text;
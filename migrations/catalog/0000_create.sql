CREATE TABLE `catalog_candidates` (
	`id` text PRIMARY KEY NOT NULL,
	`source_id` text NOT NULL,
	`path` text NOT NULL,
	`position` integer NOT NULL,
	`ref` text NOT NULL,
	`stale` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`entity` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `catalog_candidates_ref` ON `catalog_candidates` (`ref`);--> statement-breakpoint
CREATE INDEX `catalog_candidates_file` ON `catalog_candidates` (`source_id`,`path`);--> statement-breakpoint
CREATE TABLE `catalog_changes` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`ref` text NOT NULL,
	`entity_id` text NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`owner` text,
	`action` text NOT NULL,
	`source_id` text NOT NULL,
	`path` text NOT NULL,
	`revision` text,
	`fields` text,
	`before` text
);
--> statement-breakpoint
CREATE INDEX `catalog_changes_ref` ON `catalog_changes` (`ref`,`id`);--> statement-breakpoint
CREATE INDEX `catalog_changes_at` ON `catalog_changes` (`at`,`id`);--> statement-breakpoint
CREATE TABLE `catalog_entities` (
	`id` text PRIMARY KEY NOT NULL,
	`uid` text NOT NULL,
	`ref` text NOT NULL,
	`kind` text NOT NULL,
	`namespace` text NOT NULL,
	`name` text NOT NULL,
	`title` text,
	`description` text,
	`type` text,
	`lifecycle` text,
	`owner` text,
	`system` text,
	`tags` text NOT NULL,
	`sort_name` text NOT NULL,
	`haystack` text NOT NULL,
	`etag` text NOT NULL,
	`source_id` text NOT NULL,
	`path` text NOT NULL,
	`position` integer NOT NULL,
	`stale` integer NOT NULL,
	`orphaned_at` integer,
	`errors` integer DEFAULT 0 NOT NULL,
	`warnings` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`entity` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `catalog_entities_ref` ON `catalog_entities` (`ref`);--> statement-breakpoint
CREATE INDEX `catalog_entities_kind_name` ON `catalog_entities` (`kind`,`sort_name`,`id`);--> statement-breakpoint
CREATE INDEX `catalog_entities_owner` ON `catalog_entities` (`owner`);--> statement-breakpoint
CREATE INDEX `catalog_entities_system` ON `catalog_entities` (`system`);--> statement-breakpoint
CREATE INDEX `catalog_entities_changed` ON `catalog_entities` (`changed_at`);--> statement-breakpoint
CREATE INDEX `catalog_entities_file` ON `catalog_entities` (`source_id`,`path`);--> statement-breakpoint
CREATE TABLE `catalog_facets` (
	`key` text NOT NULL,
	`value` text NOT NULL,
	`entity_id` text NOT NULL,
	`display` text,
	PRIMARY KEY(`key`, `value`, `entity_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `catalog_facets_entity` ON `catalog_facets` (`entity_id`);--> statement-breakpoint
CREATE TABLE `catalog_files` (
	`source_id` text NOT NULL,
	`path` text NOT NULL,
	`blob` text NOT NULL,
	`reader` text NOT NULL,
	`parent` text,
	`documents` integer NOT NULL,
	`read_at` integer NOT NULL,
	PRIMARY KEY(`source_id`, `path`)
);
--> statement-breakpoint
CREATE TABLE `catalog_problems` (
	`id` text PRIMARY KEY NOT NULL,
	`origin` text NOT NULL,
	`source_id` text NOT NULL,
	`path` text NOT NULL,
	`position` integer,
	`ref` text,
	`severity` text NOT NULL,
	`code` text NOT NULL,
	`field` text NOT NULL,
	`message` text NOT NULL,
	`expected` text,
	`hint` text,
	`target` text,
	`at_key` integer DEFAULT false NOT NULL,
	`mended` text,
	`place` text,
	`first_seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `catalog_problems_file` ON `catalog_problems` (`source_id`,`path`);--> statement-breakpoint
CREATE INDEX `catalog_problems_ref` ON `catalog_problems` (`ref`);--> statement-breakpoint
CREATE INDEX `catalog_problems_origin` ON `catalog_problems` (`origin`);--> statement-breakpoint
CREATE TABLE `catalog_relations` (
	`source_ref` text NOT NULL,
	`type` text NOT NULL,
	`target_ref` text NOT NULL,
	`holder` text NOT NULL,
	`declared` integer NOT NULL,
	`field` text NOT NULL,
	PRIMARY KEY(`source_ref`, `type`, `target_ref`, `holder`)
);
--> statement-breakpoint
CREATE INDEX `catalog_relations_holder` ON `catalog_relations` (`holder`);--> statement-breakpoint
CREATE INDEX `catalog_relations_target` ON `catalog_relations` (`target_ref`);--> statement-breakpoint
CREATE TABLE `catalog_sources` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`type` text NOT NULL,
	`location` text NOT NULL,
	`state` text NOT NULL,
	`configured` integer NOT NULL,
	`revision` text,
	`settled` integer NOT NULL,
	`error` text,
	`hint` text,
	`started_at` integer,
	`read_at` integer,
	`ok_at` integer,
	`took` integer
);

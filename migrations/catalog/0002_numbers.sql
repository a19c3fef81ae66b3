CREATE TABLE `catalog_refs` (
	`number` integer PRIMARY KEY NOT NULL,
	`ref` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `catalog_refs_ref` ON `catalog_refs` (`ref`);--> statement-breakpoint
INSERT INTO `catalog_refs` (`ref`) SELECT `ref` FROM `catalog_entities` UNION SELECT `source_ref` FROM `catalog_relations` UNION SELECT `target_ref` FROM `catalog_relations` UNION SELECT `holder` FROM `catalog_relations`;--> statement-breakpoint
CREATE TABLE `catalog_edges` (
	`holder` integer NOT NULL,
	`type` text NOT NULL,
	`target` integer NOT NULL,
	`reverse` text,
	`field` text NOT NULL,
	PRIMARY KEY(`holder`, `type`, `target`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `catalog_edges` SELECT h.`number`, o.`type`, t.`number`, (SELECT b.`type` FROM `catalog_relations` b WHERE b.`holder` = o.`holder` AND b.`field` = o.`field` AND b.`declared` = 0 AND b.`source_ref` = o.`target_ref` AND b.`target_ref` = o.`source_ref`), o.`field` FROM `catalog_relations` o JOIN `catalog_refs` h ON h.`ref` = o.`holder` JOIN `catalog_refs` t ON t.`ref` = o.`target_ref` WHERE o.`declared` = 1;--> statement-breakpoint
DROP TABLE `catalog_relations`;--> statement-breakpoint
CREATE INDEX `catalog_edges_target` ON `catalog_edges` (`target`);--> statement-breakpoint
CREATE VIEW `catalog_relations` AS SELECT h.`ref` AS `source_ref`, e.`type` AS `type`, t.`ref` AS `target_ref`, h.`ref` AS `holder`, 1 AS `declared`, e.`field` AS `field` FROM `catalog_edges` e JOIN `catalog_refs` h ON h.`number` = e.`holder` JOIN `catalog_refs` t ON t.`number` = e.`target` UNION ALL SELECT t.`ref`, e.`reverse`, h.`ref`, h.`ref`, 0, e.`field` FROM `catalog_edges` e JOIN `catalog_refs` h ON h.`number` = e.`holder` JOIN `catalog_refs` t ON t.`number` = e.`target` WHERE e.`reverse` IS NOT NULL;--> statement-breakpoint
CREATE TABLE `catalog_terms` (
	`id` integer PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`display` text
);
--> statement-breakpoint
INSERT INTO `catalog_terms` (`key`, `value`, `display`) SELECT DISTINCT `key`, `value`, `display` FROM `catalog_facets`;--> statement-breakpoint
CREATE INDEX `catalog_terms_key` ON `catalog_terms` (`key`,`value`);--> statement-breakpoint
CREATE TABLE `__new_catalog_facets` (
	`term` integer NOT NULL,
	`entity` integer NOT NULL,
	PRIMARY KEY(`term`, `entity`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_catalog_facets` SELECT t.`id`, r.`number` FROM `catalog_facets` f JOIN `catalog_terms` t ON t.`key` = f.`key` AND t.`value` = f.`value` AND t.`display` IS f.`display` JOIN `catalog_entities` e ON e.`id` = f.`entity_id` JOIN `catalog_refs` r ON r.`ref` = e.`ref`;--> statement-breakpoint
CREATE TABLE `catalog_documents` (
	`number` integer PRIMARY KEY NOT NULL,
	`terms` text NOT NULL,
	`entity` text NOT NULL
);
--> statement-breakpoint
INSERT INTO `catalog_documents` SELECT r.`number`, (SELECT json_group_array(t.`id`) FROM `catalog_facets` f JOIN `catalog_terms` t ON t.`key` = f.`key` AND t.`value` = f.`value` AND t.`display` IS f.`display` WHERE f.`entity_id` = e.`id`), e.`entity` FROM `catalog_entities` e JOIN `catalog_refs` r ON r.`ref` = e.`ref`;--> statement-breakpoint
DROP TABLE `catalog_facets`;--> statement-breakpoint
ALTER TABLE `__new_catalog_facets` RENAME TO `catalog_facets`;--> statement-breakpoint
CREATE TABLE `__new_catalog_entities` (
	`number` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
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
	`changed_at` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_catalog_entities` SELECT r.`number`, e.`id`, e.`uid`, e.`ref`, e.`kind`, e.`namespace`, e.`name`, e.`title`, e.`description`, e.`type`, e.`lifecycle`, e.`owner`, e.`system`, e.`tags`, e.`sort_name`, e.`haystack`, e.`etag`, e.`source_id`, e.`path`, e.`position`, e.`stale`, e.`orphaned_at`, e.`errors`, e.`warnings`, e.`created_at`, e.`changed_at` FROM `catalog_entities` e JOIN `catalog_refs` r ON r.`ref` = e.`ref`;--> statement-breakpoint
DROP TABLE `catalog_entities`;--> statement-breakpoint
ALTER TABLE `__new_catalog_entities` RENAME TO `catalog_entities`;--> statement-breakpoint
CREATE UNIQUE INDEX `catalog_entities_id` ON `catalog_entities` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `catalog_entities_ref` ON `catalog_entities` (`ref`);--> statement-breakpoint
CREATE INDEX `catalog_entities_kind_name` ON `catalog_entities` (`kind`,`sort_name`,`id`);--> statement-breakpoint
CREATE INDEX `catalog_entities_owner` ON `catalog_entities` (`owner`);--> statement-breakpoint
CREATE INDEX `catalog_entities_system` ON `catalog_entities` (`system`);--> statement-breakpoint
CREATE INDEX `catalog_entities_changed` ON `catalog_entities` (`changed_at`);--> statement-breakpoint
CREATE INDEX `catalog_entities_file` ON `catalog_entities` (`source_id`,`path`);
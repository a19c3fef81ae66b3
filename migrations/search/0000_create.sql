CREATE TABLE `search_documents` (
	`id` integer PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`key` text NOT NULL,
	`section` text NOT NULL,
	`entity_id` text,
	`url` text NOT NULL,
	`icon` text NOT NULL,
	`name` text,
	`title` text NOT NULL,
	`name_words` text NOT NULL,
	`title_words` text NOT NULL,
	`kind` text,
	`type` text,
	`lifecycle` text,
	`owner` text,
	`tags` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `search_documents_key` ON `search_documents` (`source`,`key`);--> statement-breakpoint
CREATE INDEX `search_documents_name` ON `search_documents` (`name_words`);--> statement-breakpoint
CREATE INDEX `search_documents_owner` ON `search_documents` (`owner`);--> statement-breakpoint
CREATE TABLE `search_sources` (
	`id` text PRIMARY KEY NOT NULL,
	`version` text NOT NULL,
	`built_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `search_terms` (
	`term` text PRIMARY KEY NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `search_texts` (
	`id` integer PRIMARY KEY NOT NULL,
	`heading` text NOT NULL,
	`attributes` text NOT NULL,
	`body` text NOT NULL
);

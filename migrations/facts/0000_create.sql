CREATE TABLE `facts_values` (
	`fact` text NOT NULL,
	`ref` text NOT NULL,
	`value` text,
	`state` text NOT NULL,
	`href` text,
	`as_of` integer,
	`tried_at` integer NOT NULL,
	`error` text,
	PRIMARY KEY(`fact`, `ref`)
);
--> statement-breakpoint
CREATE INDEX `facts_values_ref` ON `facts_values` (`ref`);
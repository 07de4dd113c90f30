// The API's words for the changes of a plan, and how people count them.
import type { Schema } from '@/api/query'

/** All changes of a plan, in columns: 100,000 of them are a few megabytes. */
export type PlanChanges = Schema<'PlanChanges'>
/** One change, attribute by attribute. */
export type PlanChange = Schema<'PlanChange'>
export type ChangedAttribute = Schema<'ChangedAttribute'>
export type ShownValue = Schema<'ShownValue'>
export type ChangeReason = Schema<'ChangeReason'>
export type ChangeNote = Schema<'ChangeNote'>
export type OutputChange = Schema<'OutputChange'>
export type PlannedType = Schema<'PlannedType'>
export type PlanCounts = Schema<'PlanChangeCounts'>
/** What happens to an object. */
export type PlannedAction = Schema<'PlannedAction'>

/** The actions as people count them: all ways of replacing are one. */
export type ChangeKind = Exclude<keyof PlanCounts, 'drift' | 'outputs'>

variable "network_id" {
  description = "The network that the database stands in."
  type        = string
}

variable "subnets" {
  description = "The subnets that it may stand in, by zone."
  type = map(object({
    id   = string
    cidr = string
  }))
}

variable "name" {
  description = "Name of the database."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.name))
    error_message = "A name has up to 63 lower-case letters, digits and underscores, and begins with a letter."
  }
}

variable "engine" {
  description = "What kind of database."
  type        = string
  default     = "postgres"

  validation {
    condition     = contains(["postgres", "mysql"], var.engine)
    error_message = "The engine must be postgres or mysql."
  }
}

variable "engine_version" {
  description = "Its version."
  type        = string
  default     = "17"
}

variable "size" {
  description = "How large the machine is."
  type        = string
  default     = "small"
}

variable "storage_gb" {
  description = "Storage, in GB."
  type        = number
  default     = 20

  validation {
    condition     = var.storage_gb >= 10 && var.storage_gb <= 16000
    error_message = "Storage is between 10 and 16,000 GB."
  }
}

variable "maintenance" {
  description = "When it may be restarted."
  type = object({
    day   = string
    hour  = number
    hours = optional(number, 1)
  })
  default  = { day = "sunday", hour = 3 }
  nullable = false
}

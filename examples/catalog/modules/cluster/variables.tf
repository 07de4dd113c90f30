variable "network_id" {
  description = "The network that the cluster stands in."
  type        = string
}

variable "subnets" {
  description = "The subnets that nodes are spread over, by zone."
  type = map(object({
    id   = string
    cidr = string
  }))
}

variable "kubernetes_version" {
  description = "Version of the control plane."
  type        = string
  default     = "1.34"
}

variable "node_pools" {
  description = "The pools of nodes, by name."
  type = map(object({
    size   = optional(string, "small")
    count  = optional(number, 3)
    labels = optional(map(string), {})
  }))
  default = {
    general = {}
  }

  validation {
    condition     = alltrue([for pool in var.node_pools : contains(["small", "medium", "large"], pool.size)])
    error_message = "A node is small, medium or large."
  }
}

output "name" {
  description = "Whom the letter greets."
  value       = module.name.name
}

output "greeting" {
  description = "The letter."
  value = trimspace(templatestring(data.local_file.letter.content, {
    greeting = var.greeting
    name     = module.name.name
  }))
}

output "password" {
  description = "Opens the door. Never shown unless asked for by name."
  value       = random_password.door.result
  sensitive   = true
}

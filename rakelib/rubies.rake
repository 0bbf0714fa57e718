# frozen_string_literal: true

require_relative "../spec/rubies/recipe"

# What runs on each of the other Rubies, in its root folder (bin/with-ruby).
STEPS_OF_RUBIES = %w[rubies:unavailable compile spec compatibility hosts packed:source].freeze

# The recipe of the root folder that this process runs in; nil outside.
def recipe_of_root
  Rubies::Recipe.named(ENV.fetch("PUSHER_RUBY")) if ENV.key?("PUSHER_RUBY")
end

# Whether each of these gems is known not to be had for this Ruby.
def unavailable?(gems)
  recipe = recipe_of_root
  !recipe.nil? && gems.all? { |name| recipe.unavailable.key?(name) }
end

# Whether a gem can be loaded, by its name or by a file named after it.
def loadable?(gem_name)
  program = "gem ARGV[0]; require ARGV[1]"
  [gem_name, gem_name.tr("-", "/")].any? do |file|
    system(RbConfig.ruby, "-W0", "-e", program, gem_name, file, %i[out err] => File::NULL)
  end
end

namespace :rubies do
  desc "Fail where a gem that is said to be unavailable can be loaded"
  task :unavailable do
    recipe_of_root.unavailable.each do |name, reason|
      abort "#{name} can be loaded here: take it from the list in spec/rubies/rubies.yml." if loadable?(name)
      puts "left out: the specs that need #{name} (#{reason})"
    end
  end

  desc "Run the suites on this Ruby, inside its root folder: bin/test --ruby NAME"
  task :steps do
    run_steps(recipe_of_root.steps + STEPS_OF_RUBIES)
  end
end

# frozen_string_literal: true

require_relative "../spec/rubies/recipe"

# The steps on each of the other Rubies, in its root folder (bin/with-ruby).
STEPS_OF_RUBIES = %w[rubies:unavailable compile spec compatibility integrations packed:source].freeze

# The recipe of the root folder in which this process runs, or nil.
def recipe_of_root
  Rubies::Recipe.named(ENV.fetch("PUSHER_RUBY")) if ENV.key?("PUSHER_RUBY")
end

# Whether all of these gems are listed as unavailable for this Ruby.
def unavailable?(gems)
  recipe = recipe_of_root
  !recipe.nil? && gems.all? { |name| recipe.unavailable.key?(name) }
end

# Whether a gem can be loaded, by its name or by its name with slashes.
def loadable?(gem_name)
  program = "gem ARGV[0]; require ARGV[1]"
  [gem_name, gem_name.tr("-", "/")].any? do |file|
    system(RbConfig.ruby, "-W0", "-e", program, gem_name, file, %i[out err] => File::NULL)
  end
end

namespace :rubies do
  desc "Fail if a gem that is listed as unavailable can be loaded"
  task :unavailable do
    recipe_of_root.unavailable.each do |name, reason|
      abort "#{name} can be loaded here. Remove it from the list in spec/rubies/rubies.yml." if loadable?(name)
      puts "Skipped: the specs that need #{name} (#{reason})"
    end
  end

  desc "Run the suites on this Ruby, in its root folder (use bin/test --ruby NAME)"
  task :steps do
    run_steps(recipe_of_root.steps + STEPS_OF_RUBIES)
  end
end

# frozen_string_literal: true

require "fileutils"

module Packaging
  # Gems of this Ruby in a folder of their own, for a Ruby that has no others. They may not need C extensions.
  class CopiedGems
    # @param names [Array<String>]
    def initialize(names)
      @names = names
    end

    # @param home [String] the folder, as in GEM_HOME
    def write(home)
      FileUtils.mkdir_p(["#{home}/gems", "#{home}/specifications"])
      specifications.each do |specification|
        copy_files(specification, "#{home}/gems/#{specification.full_name}")
        File.write("#{home}/specifications/#{specification.full_name}.gemspec", specification.to_ruby)
      end
    end

    private

    # With what they need, except gems that are part of Ruby.
    def specifications
      found = {}
      visit = @names.dup
      while (name = visit.pop)
        next if found.key?(name)

        found[name] = Gem::Specification.find_by_name(name)
        visit.concat(found[name].runtime_dependencies.map(&:name))
      end
      found.values.reject(&:default_gem?)
    end

    # Debian puts some gems on the load path without a folder of their own.
    def copy_files(specification, folder)
      return FileUtils.cp_r(specification.full_gem_path, folder) if File.directory?(specification.full_gem_path)

      FileUtils.mkdir_p("#{folder}/lib")
      FileUtils.cp_r(Dir["#{RbConfig::CONFIG["vendordir"]}/#{specification.name}{,.rb}"], "#{folder}/lib")
    end
  end
end

# frozen_string_literal: true

require_relative "tools"

module Packaging
  # zig as the C compiler for another system. It brings the headers of that system.
  class ZigCompiler
    # A system in the words of zig, the folder of its headers, and what the headers need to know.
    System = Struct.new(:name, :headers, :macros, keyword_init: true)
    # By the target of rustc.
    SYSTEMS = {
      "x86_64-pc-windows-gnu" => System.new(name: "x86_64-windows-gnu", headers: "any-windows-any", macros: %w[_UCRT]),
      "aarch64-apple-darwin" => System.new(name: "aarch64-macos", headers: "any-darwin-any", macros: [])
    }.freeze

    # @param target [String] the target of rustc
    def initialize(target)
      @target = target
      @system = SYSTEMS.fetch(target)
    end

    # cc-rs adds `--target` with the words of rustc, which zig does not know.
    #
    # @return [String] the path of the compiler
    def cc
      program("cc", <<~SH)
        for argument do
          shift
          case $argument in --target=*) ;; *) set -- "$@" "$argument" ;; esac
        done
        exec '#{zig}' cc -target #{@system.name} "$@"
      SH
    end

    # @return [String] the path of the archiver
    def ar = program("ar", "exec '#{zig}' ar \"$@\"\n")

    # @return [String] the path of the program that indexes an archive
    def ranlib = program("ranlib", "exec '#{zig}' ranlib \"$@\"\n")

    # What cargo, cc-rs and bindgen need. zig's own compiler headers are too new for libclang.
    #
    # @return [Hash{String => String}] environment variables
    # @raise [Failure] if libclang is not there
    def environment
      suffix = @target.tr("-", "_")
      arguments = ["-resource-dir=#{compiler_headers}", "-isystem", "#{Tools.zig}/lib/libc/include/#{@system.headers}",
                   *@system.macros.map { |name| "-D#{name}" }]
      { "CC_#{suffix}" => cc, "AR_#{suffix}" => ar, "LIBCLANG_PATH" => libclang,
        "BINDGEN_EXTRA_CLANG_ARGS_#{suffix}" => arguments.join(" ") }
    end

    private

    def zig = "#{Tools.zig}/zig"

    def program(name, script)
      file = File.join(Tools.zigbuild, "#{name}-#{@system.name}")
      content = "#!/bin/sh\n#{script}"
      return file if File.exist?(file) && File.read(file) == content

      File.write(file, content)
      File.chmod(0o755, file)
      file
    end

    # The newest libclang of Debian's packages, of which bindgen finds the library but not its headers.
    def libclang
      folders = Dir["/usr/lib/llvm-*/lib"].select { |path| Dir["#{path}/libclang*.so*"].any? }
      ENV.fetch("LIBCLANG_PATH") { folders.max_by { |path| path[/\d+/].to_i } } ||
        raise(Failure, "libclang was not found. Run: apt-get install libclang-dev")
    end

    def compiler_headers
      Dir["#{libclang}/clang/*"].find { |path| File.exist?("#{path}/include/stddef.h") } ||
        raise(Failure, "#{libclang} contains no headers of clang. Run: apt-get install libclang-dev")
    end
  end
end

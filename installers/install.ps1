<#
.SYNOPSIS
Installs Restore Old Photo for this user, on Windows: powershell -ExecutionPolicy Bypass -File installers\install.ps1

.DESCRIPTION
"--uninstall" removes it, "--help" says what else there is. All work is done by installers\program; this finds a Python.
Works in Windows PowerShell 5.1 and later. The environment variable PYTHON names a Python to use.
#>
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$Root = Split-Path -Parent $PSScriptRoot
$Data = Join-Path $env:LOCALAPPDATA 'restore-old-photo'
# A Python of our own, which goes with the program.
$OwnPython = Join-Path $Data 'python'
$Options = @($args)

# Leave with one sentence.
function Exit-WithError {
    param([string] $Sentence)
    [Console]::Error.WriteLine("Error: $Sentence")
    exit 1
}

# Whether a command is a Python of 3.10 or later and 64 bits. The store's placeholder is none: it fails.
function Test-Python {
    param([string[]] $Command)
    $rest = @($Command | Select-Object -Skip 1)
    $asked = 'import struct, sys; sys.exit(sys.version_info < (3, 10) or struct.calcsize(chr(80)) < 8)'
    try {
        & $Command[0] @rest -I -c $asked 2>&1 | Out-Null
        return ($LASTEXITCODE -eq 0)
    }
    catch {
        return $false
    }
}

# The first Python that fits, as a command with its arguments; nothing if there is none.
function Find-Python {
    if ($env:PYTHON) {
        if (-not (Test-Python @($env:PYTHON))) {
            Exit-WithError "$env:PYTHON is no Python of 3.10 or later for 64 bits. Name another in PYTHON, or unset it."
        }
        return , @($env:PYTHON)
    }
    $candidates = @(
        @('py', '-3.13'), @('py', '-3.12'), @('py', '-3.11'), @('py', '-3.14'), @('py', '-3.10'), @('python'), @('python3')
    )
    foreach ($candidate in $candidates) {
        if ((Get-Command $candidate[0] -ErrorAction SilentlyContinue) -and (Test-Python $candidate)) {
            return , $candidate
        }
    }
    return $null
}

# Have uv bring a Python; nothing if there is no uv.
function Get-PythonByUv {
    $uv = Get-Command uv -ErrorAction SilentlyContinue
    if (-not $uv) {
        return $null
    }
    $env:UV_PYTHON_INSTALL_DIR = $OwnPython
    & $uv.Source python install --quiet --no-cache --no-bin 3.12
    if ($LASTEXITCODE -ne 0) {
        Exit-WithError 'uv could not fetch a Python. See that the network works, or install Python 3.10 or later; then run this again.'
    }
    return , @(& $uv.Source python find --no-cache --managed-python 3.12)
}

$Python = Find-Python
if (-not $Python) {
    $Python = Get-PythonByUv
}
if (-not $Python) {
    Exit-WithError 'No Python of 3.10 or later for 64 bits was found. Install one from python.org or the Microsoft Store, or uv, which brings one; then run this again.'
}

# Nothing is written into this folder, and nothing of another Python's settings taken. No double quotes in the text:
# PowerShell 5.1 would lose them on the way.
$Start = 'import sys; sys.path.insert(0, sys.argv.pop(1)); from installers.program.main import main; sys.exit(main())'
$Rest = @($Python | Select-Object -Skip 1)
& $Python[0] @Rest -I -B -c $Start $Root @Options
$Status = $LASTEXITCODE

# What has run until now could not delete itself.
if ($Status -eq 0 -and $Options -contains '--uninstall' -and -not (Test-Path (Join-Path $Data 'program.json'))) {
    if (Test-Path $OwnPython) {
        Remove-Item -Recurse -Force $OwnPython
    }
    if ((Test-Path $Data) -and -not (Get-ChildItem -Force $Data)) {
        Remove-Item -Force $Data
    }
}
exit $Status
